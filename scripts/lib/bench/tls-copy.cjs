'use strict';
/*
 * What an attached one-off dyno costs who does nothing with its output: starts one and copies its connection to
 * standard output. Arguments: the app, the command.
 */
const http = require('node:http');
const tls = require('node:tls');
const { URL } = require('node:url');

const [app, command] = process.argv.slice(2);
const { HEROKU_HOST, HEROKU_API_KEY } = process.env;

const request = http.request(`${HEROKU_HOST}/apps/${app}/dynos`, {
  method: 'POST',
  headers: {
    Accept: 'application/vnd.heroku+json; version=3',
    Authorization: `Bearer ${HEROKU_API_KEY}`,
    'Content-Type': 'application/json',
  },
});
request.on('response', (response) => {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (part) => (text += part));
  response.on('end', () => {
    if (response.statusCode !== 201) throw new Error(`${response.statusCode}: ${text}`);
    attach(new URL(JSON.parse(text).attach_url));
  });
});
request.end(JSON.stringify({ command, attach: true, force_no_tty: true }));

function attach({ hostname, port, pathname, search }) {
  const socket = tls.connect({ host: hostname, port: Number(port) });
  socket.write(`${pathname.slice(1)}${search}\r\n`);
  socket.pipe(process.stdout);
}
