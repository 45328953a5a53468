const { createServer } = require('node:http');

createServer((_request, response) => response.end('A sample app\n')).listen(Number(process.env.PORT));
