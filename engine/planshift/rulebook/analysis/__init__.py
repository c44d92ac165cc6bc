"""What is true of every change that a book can meet: rules that never count, roads nobody can go, terms without effect.

Everything is read from the compiled form. What is finite in it (plans, prices, roads, currencies, kinds of request) is
gone through; what is open (usage, tenure, amounts, texts) is followed by intervals and sets. A claim is made only where
it is proven: where the bounded search ends undecided, the analysis says nothing.
"""
