EPOCHS, WHOSE = 3, "mine"
