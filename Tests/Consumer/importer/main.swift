import GenModels

var random = RandomGenerator(seed: 1)
print(random.normal([2, 3]).shape)
