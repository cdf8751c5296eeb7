"""Devices and apps that measure the speed of a bar, a row or an object a repetition or a set."""
