-- Seeds: passwords or rows could be read on the wire. Rolled back by the test.
set local password_encryption = 'md5';
