"""What mends a refusal: the changes that do, and the forms in which they are handed to people."""
