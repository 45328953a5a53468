// All that the code knows of the customers' table: a name is one column.
exports.edition = 1;

exports.anyCustomer = 'SELECT name FROM customers ORDER BY random() LIMIT 1';

exports.receipt = `INSERT INTO receipts (order_id, text, dyno)
  SELECT $1, 'Packed for ' || name, $3 FROM customers WHERE id = $2`;
