"""The terminal side of dualtrain: the command line and the Textual app."""
