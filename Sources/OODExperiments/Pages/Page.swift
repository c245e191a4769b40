/// A page of HTML that fetches nothing: its styles, its scripts and its data are inside it.
///
/// What it shows is drawn by its scripts from its data; `Scripts/Charts/charts.js` says how.
struct Page {
  /// Plain text.
  let title: String
  /// The fixed parts of the body.
  let markup: PageFile
  /// After those of all pages.
  let styles: [PageFile]
  /// In the order in which they run, after those of the charts.
  let scripts: [PageFile]
  let data: [PageData]

  /// The whole page.
  var html: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(Self.escaped(title))</title>
    \((PageFile.commonStyles + styles).map { "<style>\n\($0.text)</style>" }.joined(separator: "\n"))
    </head>
    <body>
    \(markup.text)\
    \(data.map(\.element).joined(separator: "\n"))
    \((PageFile.chartScripts + scripts).map { "<script>\n\($0.text)</script>" }.joined(separator: "\n"))
    </body>
    </html>

    """
  }

  /// Text in which no character has a meaning for HTML.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
