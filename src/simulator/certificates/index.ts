export { createCertificates } from './certificates.ts';
