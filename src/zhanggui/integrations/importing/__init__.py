"""What files of other shops mean: their columns, their rows, and the products made of them."""
