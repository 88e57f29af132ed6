import AudioIO
import CompanionServices
import LocalStore
import Networking
import SyncEngine

extension CommandFailure {
    /// The sentence and status for any error that left a command.
    init(describing error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case is CancellationError: self.init(.interrupted, "Interrupted.")
        case let error as ConfigurationError:
            self.init(.configuration, "\(error)", advice: "'companion-edge config example' explains every setting.")
        case let error as OutputClosed: self.init(.io, "\(error)")
        case let error as UserIDError: self.init(.usage, "\(error)")
        case let error as MemoryInputError: self.init(.data, "\(error)")
        case let error as ServiceError: self.init(service: error)
        case let error as StoreError: self.init(store: error)
        case let error as WriterLockError: self.init(lock: error)
        case let error as DataDirectoryError: self.init(directory: error)
        case let error as DeviceStoreError: self.init(device: error)
        case let error as StoreDamage: self.init(.data, "\(error)")
        case let error as ArchiveError: self.init(archive: error)
        case let error as MaintenanceError: self.init(maintenance: error)
        case let error as AccountError: self.init(.data, "\(error)")
        case let error as AuthError: self.init(auth: error)
        case let error as RemoteError: self.init(SyncFailure.status(of: error), "\(error)")
        case let error as AudioError: self.init(audio: error)
        case let error as SpeechError: self.init(speech: error)
        case let error as WaveError: self.init(wave: error)
        case let error as ModelError: self.init(model: error)
        case let error as RecognitionError: self.init(recognition: error)
        case let error as RoomError: self.init(room: error)
        case let error as RoomWorkerError: self.init(worker: error)
        case let error as LiveKitError: self.init(liveKit: error)
        default: self.init(.failure, "\(error)")
        }
    }

    private init(auth error: AuthError) {
        switch error {
        case .wrongCredentials, .emailNotConfirmed, .wrongCode, .unknownAddress, .accountClosed, .notSignedIn, .signedOut,
            .wrongAccount:
            self.init(.permission, "\(error)")
        case .invalidAddress: self.init(.data, "\(error)")
        case .keyRefused: self.init(.configuration, "\(error)")
        case .tooManyRequests, .server: self.init(.temporary, "\(error)")
        case .unreachable(let cause): self.init(cause.isTransient ? .temporary : .unavailable, "\(error)")
        case .notKept: self.init(.io, "\(error)")
        }
    }

    private init(lock error: WriterLockError) {
        switch error {
        case .held: self.init(.temporary, "\(error)")
        case .cannotOpen: self.init(.io, "\(error)")
        }
    }

    private init(directory error: DataDirectoryError) {
        switch error {
        case .notWritable, .wrongOwner, .openToOthers: self.init(.permission, "\(error)")
        case .notADirectory, .danglingLink, .linkLoop, .socketPathTooLong: self.init(.configuration, "\(error)")
        case .diskFull, .readOnlyFileSystem, .unusable: self.init(.io, "\(error)")
        }
    }

    private init(device error: DeviceStoreError) {
        switch error {
        case .cannotOpen: self.init(.io, "\(error)")
        case .notADeviceStore, .newerSchema, .unusableName: self.init(.data, "\(error)")
        case .unknownPerson, .ambiguousName: self.init(.usage, "\(error)")
        }
    }

    private init(maintenance error: MaintenanceError) {
        switch error {
        case .failed: self.init(.io, "\(error)")
        case .storeIsOpen: self.init(.temporary, "\(error)")
        case .targetExists: self.init(.cannotCreate, "\(error)")
        case .unusableBackup, .wrongPerson, .copyFailedCheck: self.init(.data, "\(error)")
        }
    }

    private init(archive error: ArchiveError) {
        switch error {
        case .unreadable: self.init(.io, "\(error)")
        case .notAnArchive, .newerVersion, .otherPerson: self.init(.data, "\(error)")
        case .badLines: self.init(.data, "\(error)", advice: "'memory import --skip-bad-lines' imports the rest.")
        }
    }

    private init(service error: ServiceError) {
        switch error.code {
        case .invalidInput: self.init(.data, "\(error)")
        case .notFound: self.init(.failure, "\(error)")
        case .storage: self = error.underlying.map(CommandFailure.init(describing:)) ?? CommandFailure(.io, "\(error)")
        case .timedOut, .busy: self.init(.temporary, "\(error)")
        case .cancelled: self.init(.interrupted, "Interrupted.")
        default: self.init(.software, "\(error)")
        }
    }

    private init(store error: StoreError) {
        switch error {
        case .cannotOpen: self.init(.io, "\(error)", advice: "'companion-edge doctor' looks for the cause.")
        case .notAStore, .newerSchema, .wrongPerson, .unreadableColumn, .boundToAccount: self.init(.data, "\(error)")
        case .noSuchRow: self.init(.failure, "\(error)")
        case .diskFull: self.init(.io, "\(error)")
        case .closed: self.init(.temporary, "\(error)", advice: "Give the command again.")
        }
    }
}
