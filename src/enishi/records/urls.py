"""Addresses of the generic pages."""

from django.urls import path

from enishi.records.pages import (
    boards,
    calendars,
    cards,
    finding,
    forms,
    handover,
    histories,
    lists,
    roles,
    ties,
)

urlpatterns = [
    path("settings/handover/", handover.handover_page, name="handover"),
    path(
        "settings/handover/<int:handover_id>/<slug:action>/", handover.handover_action, name="handover-action"
    ),
    path("settings/roles/", roles.roles_page, name="roles"),
    path("settings/roles/<int:pk>/", roles.role_page, name="role"),
    path("settings/roles/<int:pk>/remove/", roles.role_remove, name="role-remove"),
    path("settings/teams/", roles.teams_page, name="teams"),
    path("settings/changes/", histories.changes_page, name="changes"),
    path("search/", finding.search_page, name="search"),
    path("bin/", finding.bin_page, name="bin"),
    path("pick/", cards.any_picker, name="any-picker"),
    path("undo/event/<int:event_id>/", histories.undo_event, name="undo-event"),
    path("undo/operation/<int:operation_id>/", histories.undo_operation, name="undo-operation"),
    path("files/<int:attachment_id>/", cards.download, name="download"),
    path("files/<int:attachment_id>/image/", cards.picture, name="picture"),
    path("files/<int:attachment_id>/remove/", cards.remove_file, name="remove-file"),
    path("<entity:entity>/", lists.list_page, name="list"),
    path("<entity:entity>/new/", forms.create_page, name="create"),
    path("<entity:entity>/similar/", forms.similar_part, name="similar"),
    path("<entity:entity>/pick/", cards.picker, name="picker"),
    path("<entity:entity>/calendar/", calendars.calendar_page, name="calendar"),
    path("<entity:entity>/board/", boards.board_page, name="board"),
    path("<entity:entity>/filter/", lists.filter_dialog, name="filter"),
    path("<entity:entity>/columns/", lists.columns_dialog, name="columns"),
    path("<entity:entity>/columns/apply/", lists.columns_apply, name="columns-apply"),
    path("<entity:entity>/views/", lists.save_view, name="save-view"),
    path("<entity:entity>/views/<int:view_id>/delete/", lists.delete_view, name="delete-view"),
    path("<entity:entity>/bulk/", lists.bulk, name="bulk"),
    path("<entity:entity>/bulk/<slug:name>/", lists.bulk_dialog, name="bulk-dialog"),
    path("<entity:entity>/<int:record_id>/", cards.card_page, name="card"),
    path("<entity:entity>/<int:record_id>/timeline/", cards.timeline_part, name="timeline"),
    path("<entity:entity>/<int:record_id>/history/", histories.record_history, name="record-history"),
    path("<entity:entity>/<int:record_id>/revert/", histories.revert, name="revert"),
    path("<entity:entity>/<int:record_id>/field/<slug:name>/", cards.edit_field, name="edit-field"),
    path("<entity:entity>/<int:record_id>/links/<slug:name>/", ties.links, name="links"),
    path("<entity:entity>/<int:record_id>/move/", cards.move, name="move"),
    path("<entity:entity>/<int:record_id>/delete/", cards.delete_record, name="delete"),
    path("<entity:entity>/<int:record_id>/restore/", finding.restore, name="restore"),
    path("<entity:entity>/<int:record_id>/files/", cards.upload, name="upload"),
]
