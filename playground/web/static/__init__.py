"""The page itself: plain ES modules, style sheets and one HTML file, served as they stand."""
