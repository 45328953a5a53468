// The web process: one page, which greets a customer out of the database.
const { createServer } = require('node:http');
const { Pool } = require('pg');
const shop = require('./shop.js');

const database = new Pool({ connectionString: process.env.DATABASE_URL, max: 4 });
database.on('error', (error) => console.error(error.message));

const server = createServer(async (_request, response) => {
  response.setHeader('x-edition', shop.edition);
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  try {
    const { rows } = await database.query(shop.anyCustomer);
    response.end(`Welcome to the corner shop, ${rows[0].name}. (Edition ${shop.edition} of the code.)\n`);
  } catch (error) {
    console.error(error.message);
    response.writeHead(500).end(`${error.message}\n`);
  }
});
server.listen(process.env.PORT);

// Heroku asks a dyno to end; requests that it has begun with are answered first.
process.on('SIGTERM', () => server.close(() => database.end()));
