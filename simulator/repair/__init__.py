"""What mends a refusal, what closes a way: the changes that do it, and the forms in which they are handed to people."""
