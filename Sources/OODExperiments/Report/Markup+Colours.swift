/// The colours of every page, in light and dark. Text has a contrast of 4.5 or more with its ground, marks of 3 or more.
extension Markup {
  static let colours = #"""
    :root { color-scheme: light dark; --page: #fbfaf8; --card: #fff; --ink: #1d1d1f; --soft: #5f5f66; --line: #d9d7d2;
      --faint: #eceae6; --accent: #2166ac; --good: #1b7a4e; --bad: #b8401a; --focus: #0b57d0; --shade: #0000001a;
      --c0: #2166ac; --c1: #cf4a1d; --c2: #1b8a5a; --c3: #8a4fbf; --c4: #8f6a00; --c5: #c2277b; --c6: #2b7f8c; --c7: #6b6b6b; }
    @media (prefers-color-scheme: dark) { :root { --page: #17181b; --card: #1f2024; --ink: #e9e8e4; --soft: #a7a7af;
      --line: #3f4046; --faint: #2a2b30; --accent: #6aaef0; --good: #57c795; --bad: #f08a5d; --focus: #8ab4f8; --shade: #00000080;
      --c0: #6aaef0; --c1: #f08a5d; --c2: #57c795; --c3: #bb8be8; --c4: #d9b23c; --c5: #f27fb8; --c6: #5fc3cf; --c7: #b0b0b0; } }
    """#
}
