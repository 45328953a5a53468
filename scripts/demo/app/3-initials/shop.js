// All that the code knows of the customers' table: the family name is called surname, and there are initials.
exports.edition = 3;

exports.anyCustomer = `SELECT rtrim(given_name || ' ' || surname) || ' (' || initials || ')' AS name
  FROM customers ORDER BY random() LIMIT 1`;

exports.receipt = `INSERT INTO receipts (order_id, text, dyno)
  SELECT $1, 'Packed for ' || initials, $3 FROM customers WHERE id = $2`;
