"""stscope: who still calls the global AWS STS endpoint, from CloudTrail logs."""

__all__ = ["program"]


def program():
    """The path of the program that this package carries, or of one on PATH."""
    from .spark import find_program

    return find_program()
