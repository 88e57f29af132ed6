import Foundation

/// The program's settings, read and checked once.
package struct Configuration: Sendable {
}
