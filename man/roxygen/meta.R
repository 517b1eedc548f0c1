# How the families are called in "See also".
list(rd_family_title = list(
  configuration = "Other functions of configuration: ", graph = "Other functions of the graph: ",
  variables = "Other functions of variables: ", linear_algebra = "Other functions of linear algebra: ",
  reductions = "Other reductions: ", elementwise = "Other functions of each element: ",
  shapes = "Other functions of shapes: ", nn = "Other functions of neural networks: ",
  convolution = "Other convolutions and poolings: ", random = "Other random tensors: ",
  control_flow = "Other functions of control flow: ", ctc = "Other functions of CTC: "
))
