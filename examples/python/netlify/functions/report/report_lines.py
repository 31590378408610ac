def lines(name):
    return [f"Report of {name}", "All is well."]
