from django.urls import path

from accounts import views, views_saved

app_name = "accounts"
urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("profile/", views.profile, name="profile"),
    path("users/", views.user_list, name="user_list"),
    path("users/new/", views.user_new, name="user_new"),
    path("users/<int:pk>/active/", views.user_activate, name="user_activate"),
    path("users/<int:pk>/password/", views.user_reset_password, name="user_reset_password"),
    path("views/", views_saved.view_list, name="view_list"),
    path("views/save/", views_saved.view_save, name="view_save"),
    path("views/<int:pk>/", views_saved.view_change, name="view_change"),
    path("views/<int:pk>/delete/", views_saved.view_delete, name="view_delete"),
    path("access-log/", views.access_log, name="access_log"),
]
