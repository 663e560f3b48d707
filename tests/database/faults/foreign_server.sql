create foreign data wrapper stray; create server stray foreign data wrapper stray
