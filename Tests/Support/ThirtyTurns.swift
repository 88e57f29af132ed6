/// A conversation for servers that fail: ten of its turns tell something that has to be remembered.
package enum ThirtyTurns {
    /// What is said, and the memory that it has to become, if any: `value` is nil where its wording is the companion's.
    package static let script: [(say: String, slot: String?, value: String?)] = [
        ("hello", nil, nil), ("my name is Sana", "FACT/name", "Sana"), ("I live in Lahore", "FACT/location", "Lahore"),
        ("how are you today?", nil, nil), ("my sister is called Fatima", "RELATIONSHIP/sister_name", "Fatima"),
        ("who won the world cup in 1992?", nil, nil), ("I am a teacher", "FACT/occupation", "teacher"),
        ("the weather is lovely", nil, nil), ("what is 12 times 12?", nil, nil),
        ("my favourite colour is green", "PREFERENCE/favorite_color", "green"), ("tell me something nice", nil, nil),
        ("I went to the park this morning", nil, nil), ("it was very crowded there", nil, nil),
        ("my brother is called Omar", "RELATIONSHIP/brother_name", "Omar"), ("he makes me laugh", nil, nil),
        ("what is my sister's name?", nil, nil), ("why is the sky blue?", nil, nil), ("I felt a bit tired", nil, nil),
        ("remind me to call Omar tomorrow at 5", nil, nil), ("thank you", nil, nil), ("I had rice for lunch", nil, nil),
        ("my son is called Bilal", "RELATIONSHIP/son_name", "Bilal"), ("he started school", nil, nil),
        ("what should I cook tonight?", nil, nil), ("my birthday is on 5 May", "FACT/birthday", nil),
        ("I like reading", nil, nil),
        ("do you like books?", nil, nil), ("what is my name?", nil, nil), ("that was a good day", nil, nil),
        ("talk to you later", nil, nil),
    ]
}
