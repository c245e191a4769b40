import GenModels
