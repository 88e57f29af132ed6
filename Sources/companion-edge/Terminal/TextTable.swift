/// Rows in columns. On a terminal the last column is cut to the width; in a pipe nothing is.
struct TextTable {
    private let header: [String]
    private var rows: [[String]] = []

    init(_ header: String...) {
        self.header = header
    }

    /// Cells are made safe to show; missing ones are empty.
    mutating func add(_ cells: String...) {
        rows.append(cells.map(PrintableText.oneLine))
    }

    var isEmpty: Bool { rows.isEmpty }

    func text(for terminal: TerminalFacts) -> String {
        let style = TextStyle(isOn: terminal.colour)
        let widths = header.indices.map { column in
            ([header] + rows).map { $0.indices.contains(column) ? DisplayWidth.of($0[column]) : 0 }.max() ?? 0
        }
        let fitted = terminal.outputIsTerminal ? fit(widths, into: terminal.width) : widths
        let lines = [header] + rows
        return lines.enumerated().map { number, cells in
            let line = cells.indices.map { column in
                let cell = DisplayWidth.truncate(cells[column], to: fitted[column])
                return column == cells.count - 1 ? cell : DisplayWidth.pad(cell, to: fitted[column])
            }.joined(separator: "  ")
            return (number == 0 ? style(.bold, line) : line) + "\n"
        }.joined()
    }

    /// Takes columns away from the widest until the line fits; none gets narrower than eight.
    private func fit(_ widths: [Int], into total: Int) -> [Int] {
        var fitted = widths
        var excess = fitted.reduce(0, +) + 2 * (fitted.count - 1) - total
        while excess > 0, let widest = fitted.indices.max(by: { fitted[$0] < fitted[$1] }), fitted[widest] > 8 {
            fitted[widest] -= 1
            excess -= 1
        }
        return fitted
    }
}
