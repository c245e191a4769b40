/// Stops the program with a sentence unless the condition holds: for what can only be a programmer's error.
///
/// It takes the place of the standard library's function throughout this package, because that one prints its message in debug
/// builds only, and whoever passes a wrong shape should read both shapes in a release build too.
@inlinable
package func precondition(
  _ condition: @autoclosure () -> Bool,
  _ message: @autoclosure () -> String = "A condition that the caller must keep does not hold.",
  file: StaticString = #fileID,
  line: UInt = #line
) {
  if !condition() { fatalError(message(), file: file, line: line) }
}

/// Stops the program with a sentence; see `precondition`.
@inlinable
package func preconditionFailure(
  _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) -> Never {
  fatalError(message(), file: file, line: line)
}
