from shop import stock

PRICE = stock.take({}, "tea")
