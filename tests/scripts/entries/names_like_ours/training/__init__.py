WHOSE = "the user's"
