"""What a run looks like elsewhere: a page, a text to paste, a table of its series. Imported only on demand."""
