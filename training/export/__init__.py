"""What a run looks like elsewhere: a page, a text to paste, its series for other tools. Imported only on demand."""
