"""The articles of the help centre: one Markdown file a document class, read by `bot.articles`."""
