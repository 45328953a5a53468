ALTER TABLE customers RENAME COLUMN family_name TO surname;
