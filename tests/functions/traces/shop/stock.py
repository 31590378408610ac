def take(stock, name):
    return stock[name]
