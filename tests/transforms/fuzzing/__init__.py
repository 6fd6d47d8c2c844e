"""Files made by chance, to be read without a crash, a hang or a silent loss: a short budget in the tests, a long one by
`make fuzz`."""
