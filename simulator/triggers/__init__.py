"""The services that invoke Lambda: facts as rows, each with its source."""
