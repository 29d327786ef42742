"""The warehouse's page: scan or type a number, and read in letters a hand high whether it may ship."""
