"""Steps of `build_ukraine_2022.py`: raw tables in, the tidy tables of the war folder out."""
