"""Devices and the cloud companion at work on one person's rows, all at once, with everything going wrong; then: is all the same?"""
