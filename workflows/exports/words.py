"""What is said of a batch, in the same words wherever it goes."""


def said(number: int | None, changes: int, *, more: bool = False, peek: bool = False) -> str:
    """`batch 12: 3 changes`."""
    counted = "1 change" if changes == 1 else f"{changes:,} changes"
    rest = "; more wait for the batch after it" if more else ""
    if number is not None:
        return f"batch {number}: {counted}{rest}"
    if peek and changes:
        return f"the next batch: {counted}{rest}; nothing was taken"
    return "nothing new: no batch was taken"
