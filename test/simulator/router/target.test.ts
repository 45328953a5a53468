import { targetOf } from '../../../src/simulator/router/target.ts';

test.each([
  ['/', 'my-app.localhost:5055', { app: 'my-app', path: '/' }],
  ['/a?b=c', 'My-App.herokuapp.com', { app: 'my-app', path: '/a?b=c' }],
  ['/', 'my-app', { app: 'my-app', path: '/' }],
  ['/', 'my-app:80', { app: 'my-app', path: '/' }],
  ['/', '127.0.0.1:5055', { app: '127', path: '/' }],
  ['/', undefined, { app: '', path: '/' }],
  ['/_app/my-app/users?page=2', '127.0.0.1', { app: 'my-app', path: '/users?page=2' }],
  ['/_app/my-app', '127.0.0.1', { app: 'my-app', path: '/' }],
  ['/_app/my-app/', '127.0.0.1', { app: 'my-app', path: '/' }],
  ['/_app/my-app?x=/y', '127.0.0.1', { app: 'my-app', path: '/?x=/y' }],
  ['/_app/my-app//double', '127.0.0.1', { app: 'my-app', path: '//double' }],
  ['/_app/one/_app/two/x', 'three.localhost', { app: 'one', path: '/_app/two/x' }],
  ['/_app/', 'my-app.localhost', { app: 'my-app', path: '/_app/' }],
  ['/_apple', 'my-app.localhost', { app: 'my-app', path: '/_apple' }],
])('%s at %s', (url, host, target) => {
  expect(targetOf(url, host)).toEqual(target);
});
