"""The migrations, in the order of their names. A migration that has been released is never edited."""
