"""What it takes to take a function, a role or a user over: tables, each row with the page that it follows."""
