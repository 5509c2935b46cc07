"""One module for each version of the schema; one that was released is never changed."""
