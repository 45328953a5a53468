// The web process of the demo's app: one page, on the port that Heroku gives it.
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');

const greeting = readFileSync(`${__dirname}/greeting.txt`, 'utf8').trim();

createServer((_request, response) => {
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(`${greeting}\n`);
}).listen(Number(process.env.PORT), '127.0.0.1');
