SIZES = (6, 3)
