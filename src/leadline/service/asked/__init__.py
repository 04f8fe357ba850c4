"""What can be asked of a store on a command line, one question a file."""

from __future__ import annotations

from collections.abc import Mapping

SERVED: Mapping[str, str] = {
    "import": "leadline.service.asked.bring:Import",
    "export": "leadline.service.asked.export:Export",
    "publish": "leadline.service.asked.publish:Publish",
    "models": "leadline.service.asked.models:Models",
    "verify": "leadline.service.asked.verify:Verify",
    "history": "leadline.service.asked.history:History",
    "marks": "leadline.service.asked.marks:Marks",
    "people": "leadline.service.asked.people:People",
    "audit-log": "leadline.service.asked.audit_log:AuditLog",
    "keys": "leadline.service.asked.keys:Keys",
    "person": "leadline.service.asked.person:Person",
    "erase": "leadline.service.asked.erase:Erase",
    "tidy": "leadline.service.asked.tidy:Tidy",
    "parked": "leadline.service.asked.parked:Parked",
    "deliveries": "leadline.service.asked.deliveries:Deliveries",
    "assign": "leadline.service.asked.assign:Assign",
    "alerts": "leadline.service.asked.alerts:Alerts",
    "mapping": "leadline.service.asked.mapping:Mappings",
    "connect": "leadline.service.asked.connect:Connect",
    "changes": "leadline.service.asked.changes:Changes",
    "backup": "leadline.service.asked.backup:Backup",
    "restore": "leadline.service.asked.restore:Restore",
}
"""Every question of a store by its name, and where it stands; it is imported when it is asked."""
