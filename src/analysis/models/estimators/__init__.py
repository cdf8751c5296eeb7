"""Fitting that several models share: errors in series, in clusters, in lines of many athletes, on curves."""
