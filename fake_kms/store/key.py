"""A KMS key: the resource, apart from its key material."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from fake_kms.store.key_materials import KeyMaterials, MaterialState
from fake_kms.store.pages import Listing
from fake_kms.tables.key_states import TRANSITIONS, Change, KeyState

if TYPE_CHECKING:
    from fake_kms.crypto.material import Material
    from fake_kms.store.key_materials import Import
    from fake_kms.store.key_store import CustomKeyStore
    from fake_kms.store.multi_region_key import MultiRegionKey
    from fake_kms.tables.key_specs import KeySpec

__all__ = ["Key", "Tag", "Use"]


class Tag(NamedTuple):
    """A tag of a key."""

    key: str
    value: str


class Use(NamedTuple):
    """A successful cryptographic operation; `when` in seconds since 1970."""

    operation: str
    when: float
    request_id: str


# The tags of all keys that were never tagged; `Key.put_tag` makes a listing for the key.
_NO_TAGS: Listing[Tag] = Listing()


@dataclass(slots=True, eq=False, kw_only=True)
class Key:
    """One KMS key in one Region. Instants are seconds since 1970.

    `imports` are the imported bytes that are there, by identifier of their material; None unless the origin is
    EXTERNAL. `pending_window_days` is a deletion window in days that begins when the last replica is gone.
    `disabled` tells whether the key is disabled once its custom key store is connected again.
    """

    key_id: str
    arn: str
    account: str
    region: str
    spec: KeySpec
    usage: str
    origin: str
    manager: str
    description: str
    created: float
    policy: str
    state: KeyState = KeyState.ENABLED
    materials: KeyMaterials = field(default_factory=KeyMaterials, repr=False)
    imports: dict[bytes, Import] | None = None
    multi_region_key: MultiRegionKey | None = field(default=None, repr=False)
    deletion_date: float | None = None
    pending_window_days: int | None = None
    last_use: Use | None = None
    custom_key_store: CustomKeyStore | None = field(default=None, repr=False)
    xks_key_id: str | None = None
    disabled: bool = False
    tags: Listing[Tag] = _NO_TAGS

    @property
    def enabled(self) -> bool:
        """What KeyMetadata calls Enabled.

        It is false while the primary Region changes. Source: docs/aws/recorded.md#general.
        """
        return self.state is KeyState.ENABLED

    @property
    def aws_managed(self) -> bool:
        """Whether AWS manages the key for one of its services."""
        return self.manager == "AWS"

    @property
    def material(self) -> Material | None:
        """The material that new ciphertexts are made under, None if it is missing."""
        version = self.materials.current
        if version is None or (self.imports is not None and version.material.identifier not in self.imports):
            return None
        return version.material

    @property
    def has_all_material(self) -> bool:
        """Whether every material that belongs to the key for good is there."""
        if self.imports is None:
            return True
        version = [item for item in self.materials.versions if item.state is not MaterialState.PENDING_ROTATION]
        return bool(version) and all(item.material.identifier in self.imports for item in version)

    @property
    def material_id(self) -> str | None:
        """CurrentKeyMaterialId: symmetric keys in AWS's own key store have one.

        A key has it from its first import on, also while the material is missing; a replica once it is ready. Source:
        docs/aws/recorded.md#general.
        """
        if not self.spec.symmetric or self.custom_key_store is not None or self.state is KeyState.CREATING:
            return None
        version = self.materials.current
        return version.material.hex_id if version is not None else None

    @property
    def multi_region(self) -> bool:
        """Whether the key is a multi-Region key."""
        return self.multi_region_key is not None

    @property
    def related_keys(self) -> Iterable[Key]:
        """The key itself and, for a multi-Region key, those related to it."""
        return self.multi_region_key.keys.values() if self.multi_region_key is not None else (self,)

    @property
    def replica(self) -> bool:
        """Whether the key is a replica of a primary in another Region."""
        return self.multi_region_key is not None and self.multi_region_key.primary is not self

    @property
    def multi_region_type(self) -> str | None:
        """PRIMARY or REPLICA, None for a key of a single Region."""
        if self.multi_region_key is None:
            return None
        return "REPLICA" if self.replica else "PRIMARY"

    def lose(self, identifier: bytes) -> None:
        """Forget imported bytes; a key that had all of its material waits for them then."""
        assert self.imports is not None  # noqa: S101 - called for keys of origin EXTERNAL only
        had_all_material = self.has_all_material
        del self.imports[identifier]
        if had_all_material and not self.has_all_material:
            self.transition(Change.LOSE_MATERIAL)

    def put_tag(self, tag: Tag) -> None:
        """Add a tag, or change its value in place."""
        if self.tags is _NO_TAGS:
            self.tags = Listing()
        self.tags.put(tag.key, tag)

    def transition(self, change: Change) -> None:
        """Change the key's state, which nothing else does. Raises: KeyError for a change that the state does not have.

        Beside the table: a key whose material is missing waits for it instead of being enabled or disabled, and a key
        whose custom key store is not connected remembers whether it is to be enabled again.
        """
        self.state = TRANSITIONS[self.state][change]
        if change in {Change.ENABLE, Change.DISABLE, Change.CANCEL_DELETION}:
            self.disabled = change is not Change.ENABLE
        if change is Change.CONNECT and self.disabled and self.state is KeyState.ENABLED:
            self.state = KeyState.DISABLED
        if self.state in {KeyState.ENABLED, KeyState.DISABLED} and not self.has_all_material:
            self.state = KeyState.PENDING_IMPORT
        store = self.custom_key_store
        if store is not None and store.state != "CONNECTED" and self.state in {KeyState.ENABLED, KeyState.DISABLED}:
            self.state = KeyState.UNAVAILABLE
