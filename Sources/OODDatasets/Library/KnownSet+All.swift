extension KnownSet {
  /// The data sets known by name.
  public static let all: [KnownSet] = [
    mnist, fashionMNIST, kmnist, hwrt,
    KnownSet(
      name: "crohme",
      summary:
        "isolated handwritten mathematical symbols of the CROHME 2013 training set, 28 x 28 and as strokes",
      licence: "CC BY-NC-SA 3.0 (the competition's material)", home: "https://www.isical.ac.in/~crohme/"),
    KnownSet(
      name: "cifar10-jpeg",
      summary: "CIFAR-10 test photographs after JPEG compression, 32 x 32 x 3: not the original pixels",
      licence: "none stated", home: "https://www.cs.toronto.edu/~kriz/cifar.html",
      partNames: ["test300x10": "test"]),
    KnownSet(
      name: "adbench", summary: "tables for anomaly detection (ADBench); class 1 is the anomalies",
      licence: "BSD 2-clause (the collection)", home: "https://github.com/Minqi824/ADBench",
      classNames: ["normal", "anomaly"]),
  ]

  private static let digits = (0...9).map(String.init)
  private static let idxNames = [
    "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
  ]

  private static func idxFiles(at address: String, sha256: [String]) -> [File] {
    zip(idxNames, sha256).map { File($0, at: "\(address)/\($0)", .sha256($1)) }
  }

  private static let mnist = KnownSet(
    name: "mnist", summary: "handwritten digits, 28 x 28 (LeCun, Cortes and Burges)", licence: "CC BY-SA 3.0",
    home: "http://yann.lecun.com/exdb/mnist/", classNames: digits, partNames: ["t10k": "test"],
    // The home page no longer hands its files to programs; this copy has the same bytes.
    files: idxFiles(
      at: "https://ossci-datasets.s3.amazonaws.com/mnist",
      sha256: [
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
      ]))

  private static let fashionMNIST = KnownSet(
    name: "fashion-mnist", summary: "photographs of clothing, 28 x 28 (Xiao, Rasul and Vollgraf)",
    licence: "MIT",
    home: "https://github.com/zalandoresearch/fashion-mnist",
    classNames: [
      "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
      "Ankle boot",
    ], partNames: ["t10k": "test"],
    files: idxFiles(
      at: "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion",
      sha256: [
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
      ]))

  private static let kmnist = KnownSet(
    name: "kmnist",
    summary: "cursive Japanese characters, 28 x 28 (Clanuwat et al., from NIJL's Kuzushiji data)",
    licence: "CC BY-SA 4.0", home: "http://codh.rois.ac.jp/kmnist/",
    classNames: ["お", "き", "す", "つ", "な", "は", "ま", "や", "れ", "を"], partNames: ["t10k": "test"],
    files: idxFiles(
      at: "https://codh.rois.ac.jp/kmnist/dataset/kmnist",
      sha256: [
        "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
        "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
        "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
        "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
      ]))

  private static let hwrt = KnownSet(
    name: "hwrt", summary: "handwritten symbols as strokes (Thoma), and drawn at 28 x 28",
    licence: "ODbL 1.0", home: "https://doi.org/10.5281/zenodo.50022",
    files: [
      File(
        "2015-01-28-data.tar", at: "https://zenodo.org/records/50022/files/2015-01-28-data.tar",
        .md5("2bf1d089ce65c0a39e57064516f1bd1c"), isArchive: true, mostBytes: 1 << 33)
    ])
}
