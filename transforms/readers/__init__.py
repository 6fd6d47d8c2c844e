"""One module for each way a file can hold cells. `transforms.reading` alone calls them."""
